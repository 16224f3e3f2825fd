import type { LanguagePack } from './language-pack.ts'
import { typescriptPack } from './packs/typescript/index.ts'

/** Every language pack; the first that handles a file is asked. */
export const languagePacks: readonly LanguagePack[] = [typescriptPack]
