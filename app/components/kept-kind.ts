// Which of the few things it is that kept one of Meta's events from being acted on; a code of the words `kept.*`.
export type KeptKind = 'unknown_request' | 'not_handled' | 'policy' | 'odd';

export function keptKind(problem: string): KeptKind {
  if (problem.startsWith('An opt-in whose request')) return 'unknown_request';
  if (problem.startsWith('It could not be handled')) return 'not_handled';
  if (problem.startsWith('Meta says to this Page')) return 'policy';
  return 'odd';
}
