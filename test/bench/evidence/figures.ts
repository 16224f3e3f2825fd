export type Figures = Record<string, number>

/** An event of the bench, as it is sent. */
export const event = (missionId: string, i: number) => ({
  missionId,
  type: 'ext.bench',
  actor: { login: 'local', type: 'human' as const },
  payload: { i, text: 'x'.repeat(200) },
})
