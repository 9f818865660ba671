// SPDX-License-Identifier: MIT
import {type IommuMode, iommuModes} from '../devices/iommus/iommu-type.ts';
import {type IommuName, iommusOf, iommuTypeOf, iommuTypes} from '../devices/iommus/registry.ts';
import type {MachineKeys, MachineProblem} from '../devices/machines/machine.ts';
import {type MachineName, machineNames, machineTypeOf} from '../devices/machines/registry.ts';

/** Keys that fit only some machines or IOMMUs, as a topology declares them. */
interface Keys extends MachineKeys {
  readonly machine: MachineName;
  readonly iommu?: IommuName | undefined;
  readonly 'iommu-mode'?: IommuMode | undefined;
}

interface Problem {
  readonly path: MachineProblem['path'] | 'iommu' | 'iommu-mode';
  readonly message: string;
  readonly hint: string;
}

/** What one key says that another does not allow. */
export function machineProblems(given: Keys): readonly Problem[] {
  const {machine, iommu, 'iommu-mode': mode} = given;
  return [
    ...iommuProblems(machine, iommu),
    ...machineTypeOf(machine).problems(given),
    ...modeProblems(iommu, mode),
  ];
}

function iommuProblems(machine: MachineName, iommu: IommuName | undefined): readonly Problem[] {
  if (iommu === undefined) return [];
  const names = iommusOf(machine).map(({name}) => name);
  if (names.includes(iommu)) return [];
  const hint = names.length === 0 ? 'drop "iommu"' : `it has ${names.join(', ')}`;
  return [{path: 'iommu', message: `QEMU's ${machine} has no IOMMU of type ${iommu}`, hint}];
}

function modeProblems(iommu: IommuName | undefined, mode: IommuMode | undefined): readonly Problem[] {
  if (mode === undefined) return [];
  if (iommu === undefined) {
    const hint = 'give "iommu: …", or drop "iommu-mode"';
    return [{path: 'iommu-mode', message: 'there is no IOMMU', hint}];
  }
  const refused = iommuTypeOf(iommu).refused[mode];
  return refused === undefined ? [] : [{path: 'iommu-mode', ...refused}];
}

/** machineProblems as JSON Schema has them: an editor shows them before p2plab runs. */
export const machineRules: readonly object[] = [
  ...machineNames.map((machine, index) => {
    const iommus = iommusOf(machine).map(({name}) => name);
    return {
      // The first is the default.
      if: {properties: {machine: {const: machine}}, ...(index > 0 && {required: ['machine']})},
      then: {
        properties: {
          ...machineTypeOf(machine).editorRules,
          iommu: iommus.length === 0 ? false : {enum: iommus},
        },
      },
    };
  }),
  ...iommuModes.flatMap((mode) => {
    const types: readonly {readonly name: IommuName}[] = iommuTypes;
    const iommus = types
      .map(({name}) => name)
      .filter((name) => iommuTypeOf(name).refused[mode] !== undefined);
    if (iommus.length === 0) return [];
    const iommu = iommus.length === 1 ? {const: iommus[0]} : {enum: iommus};
    return [
      {
        if: {properties: {iommu}, required: ['iommu']},
        then: {properties: {'iommu-mode': {not: {const: mode}}}},
      },
    ];
  }),
];

/** Returns the IOMMUs of all machines: `intel (VT-d) or virtio on q35; smmuv3 on virt`. */
export function listIommus(): string {
  return machineNames
    .flatMap((machine) => {
      const names = iommusOf(machine).map(({name, title}) =>
        title === undefined ? name : `${name} (${title})`,
      );
      const last = names.pop();
      if (last === undefined) return [];
      return [`${names.length === 0 ? last : `${names.join(', ')} or ${last}`} on ${machine}`];
    })
    .join('; ');
}
