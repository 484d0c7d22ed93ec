import { type IncomingMessage, request } from 'node:http'
import pg from 'pg'
import type { Test } from 'tap'
import type { TestApp } from './app.js'

// Lists that are read as files: streamed, however long they are.

export const NDJSON = { accept: 'application/x-ndjson' }
export const CSV = { accept: 'text/csv' }

export const linesOf = (body: unknown) =>
  String(body)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** The head of an answer in lines; the body is read by whoever asked. */
export async function openLines({ url, key }: TestApp, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...NDJSON, authorization: `Bearer ${key}` }
    const asked = request(`${url}${path}`, { headers, agent: false }, resolve)
    asked.on('error', reject)
    asked.end()
  })
}

/** Whether its body came to its end, or broke off. */
export async function endOf(answer: IncomingMessage): Promise<'end' | 'error'> {
  return new Promise((resolve) => {
    answer.once('end', () => {
      resolve('end')
    })
    answer.once('error', () => {
      resolve('error')
    })
  })
}

/** How many statements of this text have run since; unlike a capture it holds none of them. */
export function countStatements(t: Test, text: string): () => number {
  type Query = (this: pg.Client, ...values: unknown[]) => unknown
  const query = Reflect.get(pg.Client.prototype, 'query') as Query
  let count = 0
  const counting: Query = function (...values) {
    if (String(Reflect.get(Object(values[0]), 'text')).includes(text)) count += 1
    return Reflect.apply(query, this, values)
  }
  Reflect.set(pg.Client.prototype, 'query', counting)
  t.teardown(() => Reflect.set(pg.Client.prototype, 'query', query))
  return () => count
}
