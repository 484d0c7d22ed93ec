// Where databases that need not outlive a run are put. Alone it prints the folder.
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const MEMORY = '/dev/shm'
/** What the databases of a run may come to, several times over. */
const BYTES_MIN = 6 * 2 ** 30

/** In memory where there is plenty: creating the files of a database takes a disk most of a second. */
export async function scratchParent() {
  const found = await statfs(MEMORY).catch(() => undefined)
  const room = found ? Math.min(found.bavail * found.bsize, process.availableMemory()) : 0
  return room >= BYTES_MIN ? MEMORY : tmpdir()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await scratchParent())
