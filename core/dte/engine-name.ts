import { languagePacks } from './packs.ts'

/** Raised with every change that can lead to other bytes for the same ChangeSpec. */
const version = '1'

/** What decides the result, as the plan digest covers it: the engine, and what its packs rest on. */
export const engineName: string = [`atomic-dte/${version}`, ...languagePacks.map((p) => p.engine)].join(' ')
