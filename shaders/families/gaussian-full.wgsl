// The full Gaussian, in snippets for one staged component ${c}. Everything has a name and no
// index, so that it stays in registers: log2 π_k N(x | μ_k, Σ_k) = constant − |W (x − μ_k)|², with W lower triangular
// and √(½ log2 e) folded in; T(u) = (u, lower triangle of u uᵀ) with u = x − μ_k.

#section parameters
  let constant_${c} = staged[${c * COMPONENT_LENGTH}];
#for t in 0..(D * (D + 1)) / 2
  let factor_${c}_${t} = staged[${c * COMPONENT_LENGTH + 1 + D + t}];
#end

#section log_density
  var squares_${c} = 0.0;
#for i in 0..D
  var y_${c}_${i} = factor_${c}_${i * (i + 1) / 2} * u_${c}_0;
#for j in 1..i + 1
  y_${c}_${i} = fma(factor_${c}_${i * (i + 1) / 2 + j}, u_${c}_${j}, y_${c}_${i});
#end
  squares_${c} = fma(y_${c}_${i}, y_${c}_${i}, squares_${c});
#end
  let logit_${c} = max(constant_${c} - squares_${c}, LOG_ZERO);

#section sums
  var sum_${c}_0 = 0.0;
#for t in 0..D + (D * (D + 1)) / 2
  var sum_${c}_${1 + t} = 0.0;
#end

#section accumulate
  sum_${c}_0 += r_${c};
#for i in 0..D
  let weighted_${c}_${i} = r_${c} * u_${c}_${i};
  sum_${c}_${1 + i} += weighted_${c}_${i};
#for j in 0..i + 1
  sum_${c}_${1 + D + i * (i + 1) / 2 + j} = fma(weighted_${c}_${i}, u_${c}_${j}, sum_${c}_${1 + D + i * (i + 1) / 2 + j});
#end
#end
