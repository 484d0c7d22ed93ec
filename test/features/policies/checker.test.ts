import t from 'tap'
import { Problem } from '../../../src/errors.js'
import { type Checker, createChecker } from '../../../src/features/policies/checker.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import { policyDocument } from '../../helpers/policies.js'

const POLICY = PolicyDocument.parse(policyDocument('any'))
const LIMITS = { secondsMax: 60, lineMax: 3, heapMb: 256 }

const codeOf = (checked: ReturnType<Checker>) =>
  checked.then(
    () => 'checked',
    (error: unknown) => (error instanceof Problem ? error.definition.code : String(error))
  )

await t.test(
  'whoever comes while the line is full is sent away, and the line moves on',
  async (t) => {
    const check = createChecker(LIMITS)
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(check(POLICY))))
    t.same(codes, ['checked', 'checked', 'checked', 'policy_checker_busy', 'policy_checker_busy'])
    t.equal(await codeOf(check(POLICY)), 'checked')
  }
)

await t.test('who takes too long is told so, and the next one is looked at afresh', async (t) => {
  const hurried = createChecker({ ...LIMITS, secondsMax: 0.001 })
  t.same(await Promise.all([codeOf(hurried(POLICY)), codeOf(hurried(POLICY))]), [
    'policy_check_too_long',
    'policy_check_too_long'
  ])
})

await t.test('who takes too much memory is told the same', async (t) => {
  const small = createChecker({ ...LIMITS, heapMb: 2 })
  t.equal(await codeOf(small(POLICY)), 'policy_check_too_long')
})

await t.test('a checker that is at rest keeps no process alive', async (t) => {
  // Tap waits for whatever keeps this file alive, and would end it for that.
  t.type(await createChecker(LIMITS)(POLICY), Array)
})
