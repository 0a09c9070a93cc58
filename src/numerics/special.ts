import stdDigamma from '@stdlib/math-base-special-digamma';
import stdGammaln from '@stdlib/math-base-special-gammaln';

/** ψ(x), the derivative of log Γ. */
export const digamma = (x: number): number => stdDigamma(x);

/** log |Γ(x)| */
export const logGamma = (x: number): number => stdGammaln(x);
