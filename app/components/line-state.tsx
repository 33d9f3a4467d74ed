// How a variant stands: back now, sold out, paused, deleted, or not looked at yet.
import { Badge } from '@shopify/polaris';
import { useWords } from './words.tsx';

export function LineState({
  line,
}: {
  line: { paused: boolean; missing: boolean; restocked: boolean; reason: string | null };
}) {
  const { say } = useWords();
  if (line.missing) return <Badge tone="warning">{say('state.missing')}</Badge>;
  if (line.paused) return <Badge tone="attention">{say('state.paused')}</Badge>;
  if (line.restocked) return <Badge tone="success">{say('state.restocked')}</Badge>;
  if (line.reason === null) return <Badge>{say('state.unseen')}</Badge>;
  return <Badge>{say(line.reason === 'sold_out' ? 'state.waiting' : 'state.notYet')}</Badge>;
}
