export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Ratios of the n-th figure to the n-th baseline: both were taken one right after the other. */
export function compare(figures, baselines) {
  const ratios = figures.map((figure, index) => figure / baselines[index])
  return { ratio: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}
