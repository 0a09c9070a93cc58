// Leave the sums of component ${c} in `lanes` from `at` on. One store in a loop: written out, hundreds of them take some
// compilers longer than everything else.
    var left: array<f32, SUMS_PER_COMPONENT>;
#for t in 0..SUMS_PER_COMPONENT
    left[${t}] = sum_${c}_${t};
#end
    for (var t = 0u; t < SUMS_PER_COMPONENT; t++) { lanes[at + t * LANES] = left[t]; }
