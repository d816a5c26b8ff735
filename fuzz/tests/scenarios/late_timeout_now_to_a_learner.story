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
 10. an operator transfers leadership from n0 to n1
 11-12. the clock of n0 ticks (2 times)
 13. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 14. n0 receives AppendEntriesReply(term 1, match 1) from n2
 15. the clock of n0 ticks
 16. the clock of n0 ticks: gives up the transfer to n1
 17. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     acknowledges up to 1
 18. n0 receives AppendEntriesReply(term 1, match 1) from n2
 19. an operator asks n0 for the membership {n0,n2} with learners {n1}: appends
     2@1; uses the membership n0,n2, learners n1
 20. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     appends 2@1; uses the membership n0,n2, learners n1; acknowledges up to 2
 21. n0 receives AppendEntriesReply(term 1, match 2) from n2: commits up to 2;
     finishes the change
 22-23. the clock of n0 ticks (2 times)
 24. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 25. n0 receives AppendEntriesReply(term 1, match 2) from n2
 26. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0,
     which overtakes 3 earlier ones: commits up to 1; appends 2@1; uses the
     membership n0,n2, learners n1; acknowledges up to 2
 27. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0,
     which overtakes 3 earlier ones: commits up to 2; acknowledges up to 2
 28. n1 receives TimeoutNow(term 1) from n0

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   2      1 1
n1 follower      1    n0   2      1 1
n2 follower      1    n0   2      1 1
committed                           1 1
