# mask.sh -- a run's output without what differs from run to run: ports, ids, keys,
# dates and every number that was measured; and whether there is IPv6.
sed -E 's#(127\.0\.0\.1|localhost|\[::1\]):[0-9]+#\1:PORT#g
        s/(127\.0\.0\.1|::1) [0-9]+/\1 PORT/g; s/PORT +/PORT /g
        s/^    IPv6: .*/    IPv6/
        s/[A-Za-z0-9+\/]{22}==/KEY/g; s/[A-Za-z0-9+\/]{27}=/ACCEPT/g
        s/(sid|pid|instance|key|Instance)("?[=:] ?"?)[A-Za-z0-9_-]{8,}/\1\2ID/g
        s/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9A-Za-z :]* GMT/DATE/g
        s/"time":[0-9]+/"time":TIME/g
        s/^ +[0-9.]+  /           N  /; s/ +([0-9]+\.[0-9])/ \1/g
        s/[0-9]+\.[0-9]+( ?(ms|s|us|KB|MB|%))?/N\1/g
        s/   +/  /g'
