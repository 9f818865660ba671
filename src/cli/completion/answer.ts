// SPDX-License-Identifier: MIT
import type {Argument, CommandUnknownOpts, Option} from '@commander-js/extra-typings';
import type {Names, NamesOfKind} from '../../runner/known-names.ts';

/** What can stand where the cursor is. */
export interface Answer {
  readonly values: readonly Value[];
  /** Whether a path can, too: the shell knows those. */
  readonly files: boolean;
}

/** A word, and what it means. */
export interface Value {
  readonly value: string;
  readonly description: string;
}

/** What can stand there, whatever its beginning is. */
type Expected = Answer;

const nothing: Expected = {values: [], files: false};

/**
 * What can stand in place of the last of the words, which may be empty. A shell that takes `--kernel=base` apart at the
 * `=` gives three words, and gets the names alone; one that does not gets them with `--kernel=` in front.
 */
export function answer(program: CommandUnknownOpts, words: readonly string[], names: Names): Answer {
  const whole = words.filter((word) => word !== '=');
  const last = words.at(-1) === '=' ? '' : (whole.pop() ?? '');
  const place = walk(program, whole);
  const {values, files} = expectedAt(place, last, names);
  return {values: values.filter(({value}) => value.startsWith(last)), files};
}

/** Where the words have led. */
interface Place {
  readonly command: CommandUnknownOpts;
  /** The option whose value comes next. */
  readonly option: Option | undefined;
  /** How many arguments the command has already. */
  readonly given: number;
  /** Behind a `--` nothing is an option. */
  readonly plain: boolean;
}

function walk(program: CommandUnknownOpts, words: readonly string[]): Place {
  const start: Place = {command: program, option: undefined, given: 0, plain: false};
  return words.reduce<Place>((place, word) => {
    const {command, option, given, plain} = place;
    if (option !== undefined) return {...place, option: undefined};
    if (!plain && word === '--') return {...place, plain: true};
    if (!plain && word.startsWith('-')) {
      const [name = ''] = word.split('=', 1);
      const named = command.options.find(({long, short}) => name === long || name === short);
      const waits = named !== undefined && takesValue(named) && !word.includes('=');
      return {...place, option: waits ? named : undefined};
    }
    const below = command.commands.find((each) => each.name() === word);
    return below !== undefined && given === 0 ? {...start, command: below} : {...place, given: given + 1};
  }, start);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function expectedAt(place: Place, last: string, names: Names): Expected {
  const {command, option, plain} = place;
  if (option !== undefined) return valuesOf(option, names);
  if (!plain && last.startsWith('-')) {
    const [, name, equals] = /^(--[^=]*)(=)?/.exec(last) ?? [];
    if (equals === undefined) return {values: optionsOf(command), files: false};
    const named = command.options.find(({long}) => long === name);
    const {values, files} = named === undefined ? nothing : valuesOf(named, names);
    return {values: values.map((each) => ({...each, value: `${name ?? ''}=${each.value}`})), files};
  }
  const argument = valuesOfArgument(place, names);
  return {values: [...commandsOf(command), ...argument.values], files: argument.files};
}

function commandsOf(command: CommandUnknownOpts): readonly Value[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({value: each.name(), description: each.description()}));
}

function optionsOf(command: CommandUnknownOpts): readonly Value[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({long, short, description}) => ({value: long ?? short ?? '', description}));
}

function valuesOf(option: Option, names: Names): Expected {
  if (!takesValue(option)) return nothing;
  if (option.argChoices !== undefined) return plainly(option.argChoices);
  return named(names.options[option.long ?? '']);
}

function valuesOfArgument({command, given}: Place, names: Names): Expected {
  const {registeredArguments} = command;
  const last = registeredArguments.at(-1);
  const argument: Argument | undefined =
    registeredArguments[given] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return nothing;
  if (argument.argChoices !== undefined) return plainly(argument.argChoices);
  return named(names.arguments[argument.name()]);
}

function plainly(words: readonly string[]): Expected {
  return {values: words.map((value) => ({value, description: ''})), files: false};
}

function named(kind: NamesOfKind | undefined): Expected {
  return kind === undefined ? nothing : {...plainly(kind.names()), files: kind.files};
}
