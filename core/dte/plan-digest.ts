import { canonicalDigest } from '../platform/canonical.ts'

/**
 * What is approved: `sha256:` over the RFC 8785 form of `{"baseTree","changeSpec","engine","resultTree"}`;
 * `changeSpec` as parsed, before defaults.
 */
export const planDigest = (plan: {
  baseTree: string
  changeSpec: unknown
  engine: string
  resultTree: string
}): string =>
  canonicalDigest({
    baseTree: plan.baseTree,
    changeSpec: plan.changeSpec,
    engine: plan.engine,
    resultTree: plan.resultTree,
  })
