setup     5 nodes, 32 events; writes are durable immediately; 16 entries a
          message; 2 not members at first

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
 10. an operator asks n0 for the membership {n0,n1,n2,n3}: appends 2@1; uses
     the membership n0,n1,n2,n3
 11. an operator asks n0 for the membership {n0,n1,n2,n3,n4}: refuses: the
     change at 2 is under way: ask again when it is done
 12-13. the clock of n0 ticks (2 times)
 14. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; uses the membership n0,n1,n2,n3;
     acknowledges up to 2
 15. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 16-17. n0 receives AppendEntriesReply(term 1, match 2) from n1 (2 times)
 18. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; uses the membership n0,n1,n2,n3;
     acknowledges up to 2
 19. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 1) from n0:
     acknowledges up to 2
 20. n0 receives AppendEntriesReply(term 1, match 2) from n2: commits up to 2;
     finishes the change
 21. n0 receives AppendEntriesReply(term 1, match 2) from n2
 22. an operator asks n0 for the membership {n0,n1,n2,n3,n4}: appends 3@1; uses
     the membership n0,n1,n2,n3,n4
 23-24. the clock of n0 ticks (2 times)
 25. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; uses the membership n0,n1,n2,n3,n4;
     acknowledges up to 3
 26. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 27-28. n0 receives AppendEntriesReply(term 1, match 3) from n1 (2 times)
 29. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; uses the membership n0,n1,n2,n3,n4;
     acknowledges up to 3
 30. n2 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 2) from n0:
     acknowledges up to 3
 31. n0 receives AppendEntriesReply(term 1, match 3) from n2: commits up to 3;
     finishes the change
 32. n0 receives AppendEntriesReply(term 1, match 3) from n2

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   3      1 1 1
n1 follower      1    n0   2      1 1 1
n2 follower      1    n0   2      1 1 1
n3 follower      0    -    0      -
n4 follower      0    -    0      -
committed                           1 1 1
