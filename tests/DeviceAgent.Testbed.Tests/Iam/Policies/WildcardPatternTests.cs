using DeviceAgent.Testbed.Iam.Policies;

namespace DeviceAgent.Testbed.Tests.Iam.Policies;

public sealed class WildcardPatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a", "a", true)]
    [InlineData("a", "", false)]
    [InlineData("a", "A", false)]
    [InlineData("a", "ab", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a/b:c", true)]
    [InlineData("**", "", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "/", true)]
    [InlineData("?", "ab", false)]
    [InlineData("a*", "a", true)]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("*c", "abcabc", true)]
    [InlineData("*ab*ab*", "ab", false)]
    [InlineData("*ab*ab*", "xabyabz", true)]
    [InlineData("a*b?c*d", "a__b_c__d", true)]
    [InlineData("a*b?c*d", "a__bc__d", false)]
    [InlineData("topic/+/x#", "topic/+/x#", true)]
    [InlineData("topic/+/x#", "topic/a/xb", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("[a-z]", "b", false)]
    public void Matches_PatternAndText_AsWildcardsSay(string pattern, string text, bool expected) =>
        Assert.Equal(expected, WildcardPattern.Of(pattern).Matches(text));

    [Theory]
    [InlineData("dynamodb:Put*", "DYNAMODB:putitem", true)]
    [InlineData("DynamoDB:?utItem", "dynamodb:PutItem", true)]
    [InlineData("dynamodb:Get*", "dynamodb:PutItem", false)]
    public void Matches_IgnoringCase_ComparesLettersOnly(string pattern, string text, bool expected) =>
        Assert.Equal(expected, WildcardPattern.Of(pattern).Matches(text, ignoreCase: true));

    [Fact]
    public void Append_WithoutWildcards_TakesStarsLiterally()
    {
        var pattern = new WildcardPattern().Append("a*", wildcards: false).Append("*", wildcards: true);

        Assert.True(pattern.Matches("a*b"));
        Assert.False(pattern.Matches("ab"));
    }

    [Fact]
    public void Matches_PatternThatRuinsBacktracking_EndsAtOnce()
    {
        var pattern = WildcardPattern.Of(string.Concat(Enumerable.Repeat("*a", 500)) + "b");

        Assert.False(pattern.Matches(new string('a', 20_000)));
    }

    [Fact]
    public void Split_AtColons_KeepsTheRestInTheLastPart()
    {
        var parts = WildcardPattern.Of("a:*:c:d").Split(':', 3);

        Assert.Equal(3, parts.Count);
        Assert.True(parts[1].Matches("anything"));
        Assert.True(parts[2].Matches("c:d"));
    }
}
