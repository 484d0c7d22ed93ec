/** Resources of one organization, those that are waited for included. */
export const RESOURCES_MAX = 100_000
/** Owners of one resource. */
export const OWNERS_MAX = 100
/** Resources of one group. */
export const GROUP_RESOURCES_MAX = 1_000
/** Members who can lose a resource in one transaction, which tells of each of them. */
export const HOLDERS_DELETED_MAX = 10_000
