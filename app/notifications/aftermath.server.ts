// What answers teach about the Page and its lane, after each message has got its own due: troubles begin, troubles end.
import type { Lease } from '../jobs/lease.server.ts';
import { MINUTE } from '../lib/clock.ts';
import { PROBING } from '../messenger/page-status.ts';
import { passTest, type Page } from '../messenger/pages.server.ts';
import type { Calls } from './calls.server.ts';
import { memoryOf } from './lane-memory.server.ts';
import type { Answered } from './outbox.server.ts';
import {
  DOUBTFUL_PAUSES,
  mend,
  SILENCE,
  noteDoubtful,
  pauseFor,
  pauseForSilence,
  type Pause,
} from './pause.server.ts';

/** So many calls in a row without any answer pause a lane. */
const SILENT_PAUSES = 5;
const REST_AFTER_DOUBT_MS = 5 * MINUTE;

type Given = {
  metaPageId: string;
  lease: Lease;
  /** In the order in which they came. */ answers: Answered[];
  pause: Pause;
  pages: ReadonlyMap<bigint, Page>;
  calls: Calls;
  now: Date;
};

/** @returns whether what stands in the way of the lane, or of one of its connections, has changed. */
export async function learn(given: Given): Promise<boolean> {
  const { metaPageId, lease, answers, pause, now } = given;
  const memory = memoryOf(lease);
  memory.doubtfulInARow ??= pause.doubtful;
  const doubtfulBefore = memory.doubtfulInARow;
  let doubtfulMost = 0;
  let silentMost = 0;
  for (const { row, verdict, trouble } of answers) {
    if (verdict.end === 'sent') memory.doubtfulInARow = 0;
    else if (verdict.end === 'doubtful') memory.doubtfulInARow += 1;
    if (verdict.end === 'in_doubt' && trouble === undefined) memory.silentInARow += 1;
    else if (verdict.end !== 'put_back') memory.silentInARow = 0;
    if (!row.isTest) doubtfulMost = Math.max(doubtfulMost, memory.doubtfulInARow);
    silentMost = Math.max(silentMost, memory.silentInARow);
  }

  const mended = await rejoice(given);
  let troubled = await complain(given);
  if (memory.doubtfulInARow !== doubtfulBefore)
    await noteDoubtful({ metaPageId, inARow: memory.doubtfulInARow });
  const lastDoubtful = answers.findLast(({ verdict }) => verdict.end === 'doubtful');
  if (lastDoubtful && doubtfulMost >= DOUBTFUL_PAUSES && memory.doubtfulInARow > 0) {
    await stop(given, { pageId: lastDoubtful.row.pageId, trouble: 'doubtful', whole: true });
    troubled = true;
  }
  if (silentMost >= SILENT_PAUSES && memory.silentInARow > 0 && !troubled) {
    await pauseForSilence({ metaPageId, lease, now });
    given.calls.dropWaiting(() => true);
    troubled = true;
  }
  return mended || troubled;
}

/** What Meta accepted: the merchant's test has passed, and a trouble in the way of this connection is over. */
async function rejoice({ metaPageId, answers, pause, pages, calls, now }: Given): Promise<boolean> {
  const accepted = answers.filter(({ verdict }) => verdict.end === 'sent');
  if (accepted.length === 0) {
    const heard = answers.some(({ verdict, trouble }) => trouble || isWord(verdict.end));
    if (pause.pausedBecause !== SILENCE || !heard) return false;
    await mend({ metaPageId, pageIds: [], whole: false });
    return true;
  }
  for (const { row, picture } of accepted.filter((one) => one.row.isTest))
    await passTest({
      pageId: row.pageId,
      picture: picture ? true : calls.pictureRefused(row.pageId) ? false : null,
      now,
    });
  const spoke = new Set(accepted.map(({ row }) => row.pageId));
  const ill = [...spoke].filter((id) => PROBING.some((trouble) => pages.get(id)?.trouble === trouble));
  if (pause.pausedAt === null && pause.doubtful === 0 && pause.tryAt === null && ill.length === 0)
    return false;
  await mend({ metaPageId, pageIds: ill, whole: pause.pausedAt !== null && pause.pausedBecause !== SILENCE });
  return true;
}

/** Ends that only an answer of Meta's can bring. */
const isWord = (end: Answered['verdict']['end']) =>
  end === 'sent' || end === 'presumed' || end === 'refused' || end === 'doubtful';

async function complain(given: Given): Promise<boolean> {
  const seen = new Set<string>();
  for (const { row, trouble } of given.answers) {
    if (trouble === undefined) continue;
    const key = `${trouble.trouble} ${trouble.whole ? '' : row.pageId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    await stop(given, { pageId: row.pageId, ...trouble });
  }
  return seen.size > 0;
}

async function stop(
  { metaPageId, lease, calls, now }: Given,
  trouble: { pageId: bigint; trouble: NonNullable<Answered['trouble']>['trouble']; whole: boolean },
): Promise<void> {
  const released = await pauseFor({ metaPageId, lease, now, ...trouble });
  // Whoever was refused without a reason lets others try first: one bad token must not stand for all.
  if (trouble.trouble === 'doubtful')
    for (const id of released) memoryOf(lease).resting.set(id, now.getTime() + REST_AFTER_DOUBT_MS);
  calls.dropWaiting((row) => trouble.whole || row.pageId === trouble.pageId);
}
