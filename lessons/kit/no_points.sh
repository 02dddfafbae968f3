# no_points.sh LESSON -- the report on an exercise that does not compile.
case $FORMAT in
json)
    echo "{\"lesson\":\"$1\",\"tests\":[
  {\"sentence\":\"it compiles\",\"points\":0,\"of\":100,\"story\":\"exercise.c does not compile\"}],
 \"points\":0,\"of\":100}"
    ;;
junit)
    echo "<testsuite name=\"$1\">
  <testcase classname=\"$1\" name=\"it compiles\"><failure message=\"100 points lost\">exercise.c does not compile</failure></testcase>
</testsuite>"
    ;;
*) printf '%-28s %4d of %d   (does not compile)\n' "$1" 0 100 ;;
esac
