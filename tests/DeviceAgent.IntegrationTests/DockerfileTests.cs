using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

public sealed class DockerfileTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>A release is built from an image that is named by its digest: REQUIRE_DIGEST refuses every other.</summary>
    [Theory]
    [InlineData("", "ubuntu:24.04", 0)]
    [InlineData("1", "ubuntu:24.04", 1)]
    [InlineData("1", "ubuntu:24.04@sha256:", 1)]
    [InlineData("1", "ubuntu:24.04@" + Digest, 0)]
    [InlineData("1", "registry.example/a/b@" + Digest, 0)]
    public async Task BaseImage_WithoutADigest_IsRefusedInReleases(string require, string image, int exitCode)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "Dockerfile.arm64"));
        Assert.Contains("ARG BASE_IMAGE=ubuntu:24.04", lines);
        Assert.Contains("FROM --platform=$BUILDPLATFORM ${BASE_IMAGE} AS build", lines);
        var check = lines.Single(line => line.StartsWith("RUN case ", StringComparison.Ordinal))["RUN ".Length..];

        var result = await Command.RunAsync("sh", ["-c", check], new Dictionary<string, string> { ["REQUIRE_DIGEST"] = require, ["BASE_IMAGE"] = image });

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(exitCode == 0, result.Error.Length == 0);
    }
}
