// Why an event of Meta's is kept although nobody could act on it: one of a few kinds, and what Meta itself said where that helps.
const KINDS = ['unknown_request', 'not_handled', 'policy', 'odd'] as const;
export type ProblemKind = (typeof KINDS)[number];
/** `detail` never holds what a person wrote. */
export type Problem = { kind: ProblemKind; detail: string };

/** As it stands in `Inbox.problem`. */
export const problemText = ({ kind, detail }: Problem): string =>
  detail === '' ? kind : `${kind}: ${detail.slice(0, 300)}`;

/** The same, read again. */
export function readProblem(text: string): Problem {
  const [head = '', ...rest] = text.split(': ');
  const kind = KINDS.find((each) => each === head);
  return kind === undefined ? { kind: 'odd', detail: text } : { kind, detail: rest.join(': ') };
}
