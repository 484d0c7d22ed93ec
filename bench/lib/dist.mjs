/** What is measured. BENCH_DIST names another build, to compare a change with what it changes. */
export const DIST = process.env.BENCH_DIST
  ? `file://${process.env.BENCH_DIST}/`
  : new URL('../../dist/', import.meta.url).href
