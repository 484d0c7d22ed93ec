import type { FastifyRequest } from 'fastify'
import { invalidRequest } from '../errors.js'

const DEPTH_MAX = 20

/**
 * For bodies whose schema does not bound how deep they are: whatever walks one afterwards may do so
 * by recursion.
 *
 * @throws Problem invalid_request
 */
export async function refuseDeepBody({ body }: FastifyRequest): Promise<void> {
  let level: unknown[] = [body]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) {
      const detail = `must not be nested more than ${DEPTH_MAX} levels deep`
      throw invalidRequest({ errors: [{ pointer: '#', detail }] })
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null
        ? Object.values(value as Record<string, unknown>)
        : []
    )
  }
}
