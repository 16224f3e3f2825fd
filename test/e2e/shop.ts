import type { Project } from '../demo/project.ts'

const spec = {
  version: 1,
  title: 'Rename getUser to fetchUser',
  risk: 'low',
  operations: [
    { op: 'renameSymbol', symbol: 'src/user.ts#UserService.getUser', to: 'fetchUser' },
    { op: 'moveModule', from: 'src/util.ts', to: 'src/lib/util.ts' },
    { op: 'patch', diff: '--- a/NOTES.md\n+++ b/NOTES.md\n@@ -1,2 +1,2 @@\n # Notes\n-old\n+new\n' },
  ],
  invariants: [{ type: 'typecheck' }, { type: 'regex', pattern: 'getUser\\(', files: ['src/**'], expect: 'absent' }],
}

/** A small project with a ChangeSpec of three batches: a mission on it takes a few seconds. */
export const shop = (): Project => ({
  name: 'acme/shop',
  files: {
    '.github/atomic.yml':
      'version: 1\napprovals:\n  plan: { required: 1, from: { roles: [write, maintain, admin] } }\nverify: { required: true }\n',
    'NOTES.md': '# Notes\nold\n',
    'package.json': '{ "name": "shop", "type": "module", "private": true }\n',
    'tsconfig.json':
      '{ "compilerOptions": { "strict": true, "module": "nodenext", "noEmit": true }, "include": ["src"] }\n',
    'src/user.ts':
      "import { id } from './util.js'\n\nexport class UserService {\n  getUser(n: number) {\n    return { id: id(n) }\n  }\n}\n",
    'src/util.ts': 'export const id = (n: number): string => `u${n}`\n',
    'src/main.ts':
      "import { UserService } from './user.js'\nimport { id } from './util.js'\n\nexport const first = new UserService().getUser(1)\nexport const same = first.id === id(1)\n",
  },
  spec: JSON.stringify(spec, null, 2),
  specPath: '.atomic/change.json',
})
