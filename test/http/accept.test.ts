import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { chooseType } from '../../src/http/accept.js'

const TYPES = ['application/json', 'application/x-ndjson', 'text/csv'] as const

const choose = (accept?: string) => {
  const request = { headers: accept === undefined ? {} : { accept } } as FastifyRequest
  try {
    return chooseType(request, TYPES)
  } catch (error) {
    return String(Reflect.get(Object(Reflect.get(Object(error), 'definition')), 'code'))
  }
}

await t.test('Accept chooses what is sent', async (t) => {
  const json = [undefined, '*/*', 'application/json', 'application/*', 'APPLICATION/JSON; q=0.2']
  for (const accept of json) t.equal(choose(accept), 'application/json', String(accept))
  t.equal(choose('text/csv'), 'text/csv')
  t.equal(choose('text/html, text/*;q=0.5'), 'text/csv')
  t.equal(choose('text/html,application/xhtml+xml,*/*;q=0.8'), 'application/json', 'a browser')
  t.equal(choose('application/json;q=0.5, application/x-ndjson'), 'application/x-ndjson')
  t.equal(choose('text/csv;charset=utf-8;q=0.9, application/json;q=0.8'), 'text/csv')
  t.equal(choose('text/csv, application/json'), 'application/json', 'what is as welcome')
})

await t.test('what names a type closest counts', async (t) => {
  t.equal(choose('application/json;q=0, */*'), 'application/x-ndjson')
  t.equal(choose('*/*, text/*;q=0, application/*;q=0'), 'not_acceptable')
  t.equal(choose('application/*, application/json;q=0.1'), 'application/x-ndjson')
})

await t.test('what cannot be sent is refused', async (t) => {
  const none = ['text/html', 'application/json;q=0', '', 'nonsense', 'text/csv;q=0.0', ',,,']
  for (const accept of none) t.equal(choose(accept), 'not_acceptable', accept)
})
