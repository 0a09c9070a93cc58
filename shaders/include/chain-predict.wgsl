// Σ_j Γ_jk of states j, by name.
#for q in 0..QUADS
  sum_${q} = vec4f();
#for b in 0..QUADS
  sum_${q} += (state_${b}.x * transitions.forth[${4 * b * QUADS + q}] + state_${b}.y * transitions.forth[${(4 * b + 1) * QUADS + q}])
    + (state_${b}.z * transitions.forth[${(4 * b + 2) * QUADS + q}] + state_${b}.w * transitions.forth[${(4 * b + 3) * QUADS + q}]);
#end
#end
