import { request } from 'node:http'

interface RawOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** A request with the headers as they are given: `fetch` keeps its own Host whatever it is told. */
export async function sendRaw(url: string, { method = 'GET', headers = {}, body }: RawOptions) {
  return new Promise<{ status: number; headers: Headers; text: string }>((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const told = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value])
        )
        const text = Buffer.concat(chunks).toString()
        resolve({ status: answer.statusCode ?? 0, headers: new Headers(told), text })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
