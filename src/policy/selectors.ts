/** Stands in a rule for every role that an organization has made itself. */
export const CUSTOM = 'custom'
/** Stands in a rule for every role. */
export const EVERY = '*'
