import { existsSync } from 'node:fs'

/**
 * The folder with `package.json`, `migrations` and `openapi`: somewhere above this module, which is
 * loaded from `src`, from `dist` or as a part of the bundle.
 */
export const ROOT = findAbove(new URL('./', import.meta.url))

function findAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder
  const above = new URL('../', folder)
  if (above.href === folder.href) throw new Error('there is no package.json above the program')
  return findAbove(above)
}
