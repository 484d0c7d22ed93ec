/** Throws on a server that answers before the disk has it: what a commit costs would be left out. */
export async function proveDurable(pool) {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await pool.query(`show ${setting}`)
    if (rows[0][setting] !== 'on') throw new Error(`${setting} is ${rows[0][setting]}, not on`)
  }
}
