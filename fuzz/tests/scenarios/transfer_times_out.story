setup     3 nodes, 23 events; writes are durable immediately; 16 entries a
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
 10. {n2} is partitioned from the others
 11. an operator transfers leadership from n0 to n2
 12. a client proposes a command to n0: refuses: the lead goes to n2: ask
     there, or again after an election timeout
 13-14. the clock of n0 ticks (2 times)
 15. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 16. n0 receives AppendEntriesReply(term 1, match 1) from n1
 17. the clock of n0 ticks
 18. the clock of n0 ticks: gives up the transfer to n2
 19. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     acknowledges up to 1
 20. n0 receives AppendEntriesReply(term 1, match 1) from n1
 21. a client proposes a command to n0: appends 2@1
 22. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     appends 2@1; acknowledges up to 2
 23. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #2: no value

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   2      1 1
n1 follower      1    n0   1      1 1
n2 follower      1    n0   0      1
committed                           1 1
