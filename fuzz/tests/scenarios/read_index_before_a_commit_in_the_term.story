setup     3 nodes, 28 events; writes are durable immediately; 16 entries a
          message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  6. n0 receives RequestVoteReply(term 1, granted) from n2
  7. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
  8. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  9. n0 receives AppendEntriesReply(term 1, match 1) from n1
 10. a client proposes a command to n0: appends 2@1
 11. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 12. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 13. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 14. n0 receives AppendEntriesReply(term 1, match 2) from n2
 15. n0 crashes
 16. the election timeout of n1 elapses: becomes candidate in term 2
 17. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; reply to n1
 18. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 3@2
 19. a client reads at n1: refuses read #0: the leader is new: ask again when
     it has committed its first entry
 20-21. the clock of n1 ticks (2 times)
 22. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     appends 3@2; acknowledges up to 3
 23. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     acknowledges up to 3
 24. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3
 25. n1 receives AppendEntriesReply(term 2, match 3) from n2
 26. a client reads at n1
 27. n2 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n1:
     commits up to 3; acknowledges up to 3
 28. n1 receives AppendEntriesReply(term 2, match 3) from n2: gives read #1 the
     index 3; answers read #1: no value

node role          term vote commit log (terms); disk if it differs
n0 down          1    n0   -      1 1
n1 LEADER        2    n1   3      1 1 2
n2 follower      2    n1   3      1 1 2
committed                           1 1 2
