import t from 'tap'
import { plantedText } from './plant.js'
import { PLANTS } from './plants.js'

for (const plant of PLANTS) {
  await t.test(`${plant.name} can still be planted: ${plant.what}`, async (t) => {
    t.ok((await plantedText(plant)).includes(plant.to))
  })
}
