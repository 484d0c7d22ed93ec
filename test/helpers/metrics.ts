/** What `/metrics` of a service on this machine says. */
export async function readMetrics(url: string) {
  const response = await fetch(`${url}/metrics`)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}: ${text}`)
  const samples = text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    return name === undefined ? [] : [{ name, labels: readLabels(labels), value: Number(value) }]
  })
  return {
    text,
    /** Of the one sample with these labels; 0: there is none. */
    value: (name: string, labels: Record<string, string>): number =>
      samples.find(
        (one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(sorted(labels))
      )?.value ?? 0
  }
}

const readLabels = (text: string) =>
  sorted(
    Object.fromEntries(
      [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
    )
  )

const sorted = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
