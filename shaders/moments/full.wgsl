// Snippets for component ${c}: the sums of r (1, u, lower triangle of u uᵀ), u = x − μ_k.

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
