// SPDX-License-Identifier: MIT

/** The kinds of reports in which a kernel says that it is not well. */
export const reportKinds = ['panic', 'oops', 'lockdep', 'sanitizer', 'hang', 'warning', 'kunit'] as const;

export type ReportKind = (typeof reportKinds)[number];
