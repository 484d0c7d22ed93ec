/** What a list is sent as where it is a file: JSON, one on each line, or a table. */
export const NDJSON = 'application/x-ndjson'
export const CSV = 'text/csv'
