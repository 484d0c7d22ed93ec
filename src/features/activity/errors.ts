import { defineProblem } from '../../errors.js'

export const activityInFuture = defineProblem({
  code: 'activity_in_future',
  status: 422,
  en: ['Not yet', 'What is told must have happened: `at` is later than {now}.'],
  fr: ['Pas encore', 'On ne signale que ce qui a eu lieu : `at` est postérieur à {now}.']
})
