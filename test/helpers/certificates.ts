import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Why there can be no certificates here; false: there can. */
export const skipCertificates = hasOpenssl() ? false : 'no openssl on this machine'

/**
 * An authority of the test's own, and certificates: in order, expired, of another host, and one
 * that vouches for itself. All are of 127.0.0.1 but the one of another host.
 */
export function makeCertificates(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'muster-certificates-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const path = (name: string) => join(folder, name)
  const read = (name: string): Certificate => ({
    key: readFileSync(path(`${name}.key`), 'utf8'),
    cert: readFileSync(path(`${name}.pem`), 'utf8')
  })
  const openssl = (...args: readonly string[]) => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

  function selfSigned(name: string, subject: string): void {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
    const host = ['-addext', 'subjectAltName=IP:127.0.0.1']
    openssl('req', '-x509', ...newKey, ...files, '-days', '30', '-subj', `/CN=${subject}`, ...host)
  }

  function signed(name: string, host: string, dates: readonly string[]): Certificate {
    const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`]
    openssl('req', ...newKey, ...request)
    writeFileSync(path(`${name}.ext`), `subjectAltName=${host}\n`)
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`]
    const authority = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial']
    openssl('x509', '-req', ...files, ...authority, ...dates)
    return read(name)
  }

  selfSigned('authority', 'Muster test authority')
  selfSigned('stranger', '127.0.0.1')
  const loopback = 'IP:127.0.0.1'
  return {
    authority: read('authority').cert,
    good: signed('good', loopback, ['-days', '30']),
    // Not after the day before it was made.
    expired: signed('expired', loopback, ['-days', '-1']),
    elsewhere: signed('elsewhere', 'DNS:acme.test', ['-days', '30']),
    selfSigned: read('stranger')
  }
}

function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version'], { stdio: 'pipe' }).includes('OpenSSL 3')
  } catch {
    return false
  }
}
