// A call to Meta outside of any conversation (connecting, checking): its answer by shape, or one error that says what to do.
import type { z } from 'zod';
import { graph, type GraphCall } from './graph.server.ts';

export class MetaFailed extends Error {
  override name = 'MetaFailed';
  /** Meta's code; undefined when no answer came. */
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  constructor({ message, code, subcode }: { message: string; code?: number; subcode?: number }) {
    super(message);
    this.code = code;
    this.subcode = subcode;
  }
}

/** Asks Graph and reads the answer by its shape. @throws {MetaFailed} whose message holds no secret. */
export async function askMeta<Shape extends z.ZodType>({
  shape,
  ...call
}: GraphCall & { shape: Shape }): Promise<z.infer<Shape>> {
  const answer = await graph({ timeoutMs: 10_000, ...call });
  if (answer.outcome === 'lost') throw new MetaFailed({ message: 'Facebook did not answer.' });
  if (answer.outcome === 'refused')
    throw new MetaFailed({
      message: `Facebook refused: ${answer.message || 'without a reason'} (code ${answer.code})`,
      code: answer.code,
      ...(answer.subcode === undefined ? {} : { subcode: answer.subcode }),
    });
  const read = shape.safeParse(answer.data);
  if (!read.success) throw new MetaFailed({ message: 'Facebook answered in a shape that we do not know.' });
  return read.data;
}
