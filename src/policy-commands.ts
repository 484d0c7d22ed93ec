import { createReadStream } from 'node:fs'
import { StartupError } from './errors.js'
import { checkPolicy, type Finding } from './policy/check/check-policy.js'
import { type Policy, PolicyDocument } from './policy/document.js'

/** As large as a document may be that is sent to the API. */
const DOCUMENT_BYTES_MAX = 1_048_576
const ISSUES_MAX = 20

/** Prints what follows from the policy in a file. With an error the process is to end with 1. */
export async function checkPolicyFile(path: string): Promise<void> {
  const findings = checkPolicy(await readPolicy(path))
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const summary = `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`
  print([...findings.flatMap(toLines), `${path}: ${summary}`])
  if (errors > 0) process.exitCode = 1
}

function toLines({ severity, code, message, steps }: Finding): string[] {
  return [
    `${severity} ${code}: ${message}`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`)
  ]
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`

async function readPolicy(path: string): Promise<Policy> {
  const document = parseJson(path, await readText(path))
  const { success, data, error } = PolicyDocument.safeParse(document)
  if (success) return data
  const issues = error.issues.map(
    (issue) => `\n  ${issue.path.map(String).join('.') || '(document)'}: ${issue.message}`
  )
  const more = issues.length - ISSUES_MAX
  const rest = more > 0 ? `\n  … and ${more} more` : ''
  throw new StartupError(`${path} is not a policy:${issues.slice(0, ISSUES_MAX).join('')}${rest}`)
}

/** No more than a policy can have: the file may be anything. */
async function readText(path: string): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { end: DOCUMENT_BYTES_MAX })) {
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw new StartupError(`${path} cannot be read: ${reasonOf(error)}.`)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length > DOCUMENT_BYTES_MAX) {
    throw new StartupError(
      `${path} is too large: a policy has at most ${DOCUMENT_BYTES_MAX} bytes.`
    )
  }
  return bytes.toString('utf8')
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StartupError(`${path} is not JSON: ${reasonOf(error)}.`)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied'
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return REASONS[code] ?? error.message
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
