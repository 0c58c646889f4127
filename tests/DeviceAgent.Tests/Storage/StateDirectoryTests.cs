using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Storage;

public sealed class StateDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string State => _folder.File("state");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_FolderThatIsNotThere_MakesItForTheOwnerAlone()
    {
        using var held = StateDirectory.Open(State);
        Assert.Null(held.Problem);
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, FileStatus.Of(State)!.Value.Rights);
        Assert.Equal(OwnerOnly, FileStatus.Of(Path.Combine(State, StateDirectory.LockName))!.Value.Rights);
    }

    [Fact]
    public void Open_WhileAnotherHasIt_IsRefusedAndNamesItsProcess()
    {
        using (StateDirectory.Open(State))
        {
            var refused = Assert.Throws<StateDirectoryInUseException>(() => StateDirectory.Open(State));
            Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        }

        using var again = StateDirectory.Open(State);
        Assert.Null(again.Problem);
    }

    [Fact]
    public void Hold_FolderThatWasMoved_TakesTheNewOneAndLeavesTheOld()
    {
        using var held = StateDirectory.Open(State);
        Directory.Move(State, _folder.File("moved"));
        held.Hold();
        Assert.Throws<StateDirectoryInUseException>(() => StateDirectory.Open(State));
        using var moved = StateDirectory.Open(_folder.File("moved"));
        Assert.Null(moved.Problem);
    }

    [Fact]
    public void Open_LockThatIsALink_IsNotFollowed()
    {
        Directory.CreateDirectory(State);
        var other = _folder.Write("other", "content");
        File.CreateSymbolicLink(Path.Combine(State, StateDirectory.LockName), other);
        using var held = StateDirectory.Open(State);
        Assert.NotNull(held.Problem);
        Assert.Equal("content", File.ReadAllText(other));
        Assert.Contains(held.Examine(), p => p.Contains("rm '", StringComparison.Ordinal));
    }

    [Fact]
    public void Examine_FolderInThePlaceOfAFile_IsNotToBeRemovedLikeAFile()
    {
        Directory.CreateDirectory(Path.Combine(State, "control.json"));
        Directory.CreateDirectory(Path.Combine(State, StateDirectory.LockName));
        using var held = StateDirectory.Open(State);
        foreach (var problem in held.Examine().Append(held.Problem!))
        {
            Assert.Contains("a folder: look at what is in it, then rmdir '", problem, StringComparison.Ordinal);
            Assert.DoesNotContain("rm '", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Examine_FolderThatOthersMayRead_IsRightAndTheFilesAreTightened()
    {
        Prepare("755");
        using var held = StateDirectory.Open(State);
        Assert.Empty(held.Examine());
        Assert.Equal(OwnerOnly, FileStatus.Of(Path.Combine(State, "spool.db"))!.Value.Rights);
        Assert.Equal(OwnerOnly, FileStatus.Of(Path.Combine(State, "control.json"))!.Value.Rights);
    }

    [Fact]
    public void Examine_FolderThatOthersMayWriteTo_SaysTheCommandOnceForEachChange()
    {
        Prepare("777");
        using var held = StateDirectory.Open(State);
        Assert.Contains($"chmod 700 '{State}'", Assert.Single(held.Examine()), StringComparison.Ordinal);
        Assert.Empty(held.Examine());
        SetMode("700");
        Assert.Empty(held.Examine());
        SetMode("770");
        Assert.Single(held.Examine());
    }

    private void Prepare(string mode)
    {
        Directory.CreateDirectory(State);
        SetMode(mode);
        foreach (var name in new[] { "spool.db", "control.json" })
        {
            File.WriteAllText(Path.Combine(State, name), "");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(State, name), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    private void SetMode(string octal)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(State, (UnixFileMode)Convert.ToInt32(octal, 8));
    }
}
