/** A point in time, in seconds, and what was measured at it. */
export interface Sample {
  readonly at: number
  readonly value: number
}

/** The value that a share of all is not above, by nearest rank; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** How much the value grows in a second, by least squares; 0 where that is not told by the samples. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const [at, value] = [mean((sample) => sample.at), mean((sample) => sample.value)]
  let [above, below] = [0, 0]
  for (const sample of samples) {
    above += (sample.at - at) * (sample.value - value)
    below += (sample.at - at) ** 2
  }
  return below === 0 ? 0 : above / below
}

export interface Growth {
  /** By the line through all that came after the first quarter, over its whole length. */
  readonly byFit: number
  /** The median of the last quarter above that of the second. */
  readonly byQuarters: number
  readonly median: number
}

/** The first quarter is warming up and counts for nothing. */
export function growthOf(samples: readonly Sample[]): Growth {
  const [from, to] = [samples.at(0)?.at ?? 0, samples.at(-1)?.at ?? 0]
  const quarter = (to - from) / 4
  const between = (start: number, end: number) =>
    samples.filter(({ at }) => at >= from + start * quarter && at <= from + end * quarter)
  const valueOf = (some: readonly Sample[]) => median(some.map(({ value }) => value))
  const warm = between(1, 4)
  return {
    byFit: slopeOf(warm) * 3 * quarter,
    byQuarters: valueOf(between(3, 4)) - valueOf(between(1, 2)),
    median: valueOf(warm)
  }
}

/** Flat: neither way of looking at it finds it to have grown by more than that share of itself. */
export const isFlat = ({ byFit, byQuarters, median }: Growth, share: number) =>
  byFit <= share * median && byQuarters <= share * median

/** What fell into each window of so many seconds, from the first to the last one that is whole. */
export function windowsOf(
  samples: readonly Sample[],
  seconds: number,
  whole: number
): readonly (readonly number[])[] {
  const windows = Array.from({ length: Math.floor(whole / seconds) }, (): number[] => [])
  for (const { at, value } of samples) windows[Math.floor(at / seconds)]?.push(value)
  return windows
}
