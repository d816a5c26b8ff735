setup     3 nodes, 28 events; writes are durable when an event says so; 1 entry
          a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. the oldest write of n0 becomes durable
  3. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  4. the oldest write of n1 becomes durable: sends its vote to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  6. the oldest write of n0 becomes durable
  7. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  8. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1
  9. the oldest write of n2 becomes durable: sends its vote to n0
 10. the oldest write of n2 becomes durable: acknowledges up to 1
 11. n0 receives RequestVoteReply(term 1, granted) from n2
 12. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
 13. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1
 14. the oldest write of n1 becomes durable: acknowledges up to 1
 15. n0 receives AppendEntriesReply(term 1, match 1) from n1
 16-17. the clock of n0 ticks (2 times)
 18. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 19. n0 receives AppendEntriesReply(term 1, match 1) from n1
 20. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 21. n0 receives AppendEntriesReply(term 1, match 1) from n2
 22. a client proposes a command to n0: appends 2@1
 23. n0 crashes
 24. the last entry on the disk of n0 is damaged
 25. n0 restarts: removes the damaged entries from 2 on; is in term 1 with its
     log up to 1@1
 26. n1 crashes
 27. the last entry on the disk of n1 is damaged
 28. n1 restarts: finds that its disk lacks what was reported as durable

node role          term vote commit log (terms); disk if it differs
n0 follower      1    n0   0      1
n1 down          1    n0   -      1
n2 follower      1    n0   1      1
committed                           1
