// all_q: what a group's invocations have in own_p, of states 4q…. Once in a loop over `step`, by invocation l of `slot`.
#if SUBGROUPS
#for q in 0..QUADS
        let all_${q} = vec4f(
          subgroupBroadcast(own_${4 * q / SPAN}, ${4 * q - SPAN * (4 * q / SPAN)}u),
          subgroupBroadcast(own_${(4 * q + 1) / SPAN}, ${4 * q + 1 - SPAN * ((4 * q + 1) / SPAN)}u),
          subgroupBroadcast(own_${(4 * q + 2) / SPAN}, ${4 * q + 2 - SPAN * ((4 * q + 2) / SPAN)}u),
          subgroupBroadcast(own_${(4 * q + 3) / SPAN}, ${4 * q + 3 - SPAN * ((4 * q + 3) / SPAN)}u));
#end
#else
        let handed_at = turn_at(step, slot);
#for p in 0..PER
        handed[handed_at + l + ${p}u * SPAN] = own_${p};
#end
        workgroupBarrier();
#for q in 0..QUADS
        let all_${q} = vec4f(
          handed[handed_at + ${4 * q}u], handed[handed_at + ${4 * q + 1}u],
          handed[handed_at + ${4 * q + 2}u], handed[handed_at + ${4 * q + 3}u]);
#end
#endif
