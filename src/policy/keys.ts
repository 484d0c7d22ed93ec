/** What policies, roles, and kinds and modes of resources are called by. */
export const KEY = /^[a-z][a-z0-9_]{0,47}$/
