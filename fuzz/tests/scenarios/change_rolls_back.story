setup     4 nodes, 21 events; writes are durable immediately; 16 entries a
          message; 1 not members at first

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
 10. {n0} is partitioned from the others
 11. an operator asks n0 for the membership {n0,n1,n2,n3}: appends 2@1; uses
     the membership n0,n1,n2,n3
 12. the election timeout of n1 elapses: becomes candidate in term 2
 13. n2 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote; reply to n1
 14. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 2@2
 15. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     appends 2@2; acknowledges up to 2
 16. n1 receives AppendEntriesReply(term 2, match 2) from n2: commits up to 2
 17. all links are healed
 18-19. the clock of n1 ticks (2 times)
 20. n0 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 2) from n1:
     truncates its log from 2 on; steps down to follower in term 2; commits up
     to 2; appends 2@2; uses the membership n0,n1,n2; gives up the change;
     acknowledges up to 2
 21. n1 receives AppendEntriesReply(term 2, match 2) from n0

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    2      1 2
n1 LEADER        2    n1   2      1 2
n2 follower      2    n1   0      1 2
n3 follower      0    -    0      -
committed                           1 2
