import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerKeeper } from '../context.js'
import type { Deps } from '../deps.js'
import { createKeeper, KeptAnswer, ok, readIdempotencyKey, slotOf } from './idempotency.js'

interface Part {
  readonly answer?: AnswerKeeper
  /** Not the first: what is refused now must not take back what is answered already. */
  readonly goesOn: boolean
}

interface InParts<I, T, B> {
  readonly parts: readonly I[]
  /** Each is a command of its own. */
  readonly run: (item: I, part: Part) => Promise<T>
  readonly toBody: (result: T) => B
}

/**
 * Runs a POST whose work is cut into several commands, and answers with what became of each. With an
 * Idempotency-Key every part keeps its own answer in its own transaction: whatever ends the work in
 * between, a repetition is told what was done and goes on with the rest. While a part is under way
 * a repetition is refused, as for any other command; whoever has begun is not.
 */
export async function answerInParts<I, T, B>(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { parts, run, toBody }: InParts<I, T, B>
): Promise<B[]> {
  const key = readIdempotencyKey(request)
  const slot = key === undefined ? undefined : slotOf(request, key)
  const bodies: B[] = []
  let keptAt = deps.now()
  let hasRun = false
  for (const [index, item] of parts.entries()) {
    const goesOn = index > 0
    if (!slot) {
      bodies.push(toBody(await run(item, { goesOn })))
      continue
    }
    const answer = createKeeper(deps, {
      ...slot,
      operation: goesOn ? `${slot.operation} part ${index + 1}` : slot.operation,
      toAnswer: (result) => ok(toBody(result as T)),
      part: { keptAt, isFirst: !goesOn, waits: hasRun }
    })
    const told = await runOnce(() => run(item, { answer, goesOn }), toBody)
    bodies.push(told.body)
    hasRun ||= told.keptAt === undefined
    keptAt = told.keptAt ?? keptAt
  }
  if (slot && !hasRun) void reply.header('idempotent-replayed', 'true')
  return bodies
}

interface Told<B> {
  readonly body: B
  /** When, where it was answered before. */
  readonly keptAt?: Date
}

async function runOnce<T, B>(run: () => Promise<T>, toBody: (result: T) => B): Promise<Told<B>> {
  try {
    return { body: toBody(await run()) }
  } catch (error) {
    if (!(error instanceof KeptAnswer)) throw error
    return { body: error.answer.body as B, keptAt: error.keptAt }
  }
}
