import { keepSmall } from '../heap.ts'

// To be imported first: what is loaded later is compiled under it.
keepSmall()
