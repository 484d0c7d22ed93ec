import { cpus, loadavg, release, totalmem, type } from 'node:os'

const HEAD = ['measured', 'Muster', 'baseline', 'ratio', 'min–max', 'aim', 'met']

/** The page that bench/RESULTS.md is. */
export function toReport(rows, { server, rounds, seconds, startedAt, loadBefore }) {
  const [{ model }] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `# How fast, beside the least that could do the same

Written by \`npm run bench\` on ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${
    cpus().length
  } cores (${model}), ${memory} GB, ${type()} ${release()}, Node ${process.versions.node}, PostgreSQL ${
    server.version
  } (fsync ${server.fsync}, synchronous_commit ${server.synchronous_commit}, shared_buffers ${
    server.shared_buffers
  }). Load average ${loadBefore.toFixed(2)} at the start, ${loadavg()[0].toFixed(2)} at the end.

${toTable(rows)}

${rows.map(({ name, note }) => `- ${name}: ${note}`).join('\n')}

How it is measured: load, servers and PostgreSQL share these cores. Every figure is the median of ${
    rounds
  } rounds of ${seconds} s; in each round the sides take turns, each as a process of its own with the
same pool of 10 connections on the same database. A ratio is the median of the rounds' own ratios,
with the lowest and the highest. Every answer must be 2xx, and what was written is counted.

- Members by hand: Fastify, one prepared statement and a response schema, the same bytes (compared
  before it starts), no authentication.
- Bare Fastify of \`authorize\`: a POST with a body schema and a response schema that always says the
  same and is sent the same requests. Each connection asks about people of its own, and a quarter of
  the checks are refused; every one is proven and decided from what was read after it arrived.
- Bare SQL of an invitation: begin, lock, member, invitation, event, job, commit, prepared, called in
  a loop without HTTP; it neither proves the caller nor decides nor looks who is in the way. The
  headline is 64 at once; fresh organizations each time.
- Bare SQL of a batch: the same with one \`insert … select from unnest\` for each table.
- pgbench of credits: \`-M prepared -c 16 -j 2\` with bench/baseline/transfer-*.sql on the same
  server: begin, lock two balances in the order of their ids, two updates, a transfer and two
  entries, commit; one account in every transfer, or any two of 10,000. No HTTP, no proof, no keys.
  Ours goes through HTTP, each spend with an Idempotency-Key of its own; each must have been written
  once, and the ledger must add up. The load is made by hand (bench/lib/posts.mjs), because autocannon
  takes twice as long over requests that are not made beforehand.
- CPU in Node is the processor time that the server's own process took for one request.
`
}

export function toTable(rows) {
  const body = rows.map(({ name, figure, baseline, ratio, min, max, aim, met }) => [
    name,
    figure ?? '',
    baseline ?? '',
    ratio?.toFixed(2) ?? '',
    ratio === undefined ? '' : `${min.toFixed(2)}–${max.toFixed(2)}`,
    aim ?? '',
    met === undefined ? '' : met ? 'yes' : 'no'
  ])
  return [HEAD, HEAD.map(() => '---'), ...body]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
