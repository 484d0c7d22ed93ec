import { Transform } from 'node:stream'

/**
 * Tap's raw output for a log: files, failures in full, skips and the closing lines. Tap's own
 * reporters draw with Ink, which prints neither the failures nor the summary when CI is set.
 */
export default class LogReporter extends Transform {
  #rest = ''
  #endOfDiagnostics = ''
  #failed = false

  _transform(chunk, _encoding, done) {
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop()
    done(
      null,
      lines
        .filter((line) => this.#matters(line))
        .map((line) => `${line}\n`)
        .join('')
    )
  }

  _flush(done) {
    done(null, this.#rest === '' ? '' : `${this.#rest}\n`)
  }

  #matters(line) {
    if (this.#endOfDiagnostics !== '') {
      if (line === this.#endOfDiagnostics) this.#endOfDiagnostics = ''
      return true
    }
    const text = line.trimStart()
    if (text === '---' && this.#failed) {
      this.#endOfDiagnostics = line.replace('---', '...')
      return true
    }
    this.#failed = text.startsWith('not ok ')
    return this.#failed || / # SKIP\b/.test(text) || /^(ok |Bail out!|# (?!Subtest: ))/.test(line)
  }
}
