import { renderOpenApi } from '../../src/openapi-document.js'

// biome-ignore lint: read as it came, checked by what the tests expect
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any

export interface Operation {
  readonly method: string
  readonly path: string
  readonly operation: Json
}

/** The document as it is now, whatever is committed. */
export async function readDocument(): Promise<Json> {
  return JSON.parse(await renderOpenApi())
}

/** Everything that a client may call: the tests that walk it meet what is added later. */
export function operationsOf(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation
    }))
  )
}
