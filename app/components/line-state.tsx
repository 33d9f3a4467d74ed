// How a variant stands: back now, sold out, paused, deleted, or not looked at yet.
import { Badge, type BadgeProps } from '@shopify/polaris';
import { lineState, type LineState as State } from '../waitlist/line-state.ts';
import { useWords } from './words.tsx';

const TONES: Partial<Record<State, BadgeProps['tone']>> = {
  missing: 'warning',
  paused: 'attention',
  restocked: 'success',
};

export function LineState({ line }: { line: Parameters<typeof lineState>[0] }) {
  const { say } = useWords();
  const state = lineState(line);
  return <Badge tone={TONES[state]}>{say(`state.${state}`)}</Badge>;
}
