import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest } from '../errors.js'
import { CSV, NDJSON } from '../file-types.js'
import { chooseType } from './accept.js'
import type { App } from './app-types.js'
import { PageQuery } from './pagination.js'

/** What is a page and what is a file, the first where a client does not care. */
const LIST_TYPES = ['application/json', NDJSON, CSV] as const
export type FileType = Exclude<(typeof LIST_TYPES)[number], 'application/json'>

/** As what a list is wanted; undefined: as a page. */
export function chooseFile(request: FastifyRequest): FileType | undefined {
  const type = chooseType(request, LIST_TYPES)
  return type === 'application/json' ? undefined : type
}

const OF_PAGES = Object.keys(PageQuery)

/** Before what is left out is filled in: a file has neither pages nor a total. */
export async function refusePagesOfFiles(
  request: FastifyRequest,
  reply: FastifyReply
): Promise<void> {
  void reply.header('vary', 'Accept')
  if (chooseFile(request) === undefined) return
  const given = OF_PAGES.find((name) => Object.hasOwn(request.query as object, name))
  if (given !== undefined) throw wrongQuery(given, 'must be left out: a file has all of them')
}

export const wrongQuery = (name: string, detail: string) =>
  invalidRequest({ errors: [{ pointer: `querystring:/${name}`, detail }] })

interface SentFile {
  /** Without its ending. */
  readonly name: string
  readonly type: FileType
  /** Made as it is read: whoever reads slowly holds no more than a part. */
  readonly text: AsyncIterable<string>
}

/** Sends files that are made meanwhile; those under way break off when the server stops. */
export function createFileSender(app: App) {
  const sending = new Set<Readable>()
  app.addHook('preClose', async () => {
    for (const file of sending) file.destroy(new Error('the server stops'))
  })
  return (reply: FastifyReply, { name, type, text }: SentFile): Readable => {
    const file = Readable.from(text, { objectMode: false })
    sending.add(file)
    file.once('close', () => sending.delete(file))
    void reply.headers({
      'content-type': type === CSV ? `${CSV}; charset=utf-8; header=present` : type,
      'content-disposition': `attachment; filename="${name}.${type === CSV ? 'csv' : 'ndjson'}"`
    })
    return file
  }
}
