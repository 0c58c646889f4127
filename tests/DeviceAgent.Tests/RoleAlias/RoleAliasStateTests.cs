using DeviceAgent.Control;
using DeviceAgent.RoleAlias;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.RoleAlias;

public sealed class RoleAliasStateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger<RoleAliasState> _log = new();
    private readonly RecordingLogger<RoleAliasFile> _fileLog = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void State_NoFile_IsTheConfiguredAliasAndWritesNothing()
    {
        Assert.Equal(new RotationStatus("a", "a", RotationPhase.Settled, null, null, null), Load("a").Status);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void State_Committed_IsOnProbationAfterARestartAndSaysSo()
    {
        Load("a").Commit("b");
        Assert.Equal(new RotationStatus("b", "a", RotationPhase.Probation, null, "a", null), Load("a").Status);
        Assert.Equal(2700, Assert.Single(_log.Entries).Id);
    }

    [Fact]
    public void State_Settled_StaysOverRestarts()
    {
        var state = Load("a");
        state.Commit("b");
        state.Settle();
        Assert.Equal(new RotationStatus("b", "a", RotationPhase.Settled, null, null, new LastChange("b", ChangeOutcome.Applied)), Load("a").Status);
    }

    [Fact]
    public void State_RolledBack_KeepsTheReasonOverRestarts()
    {
        var state = Load("a");
        state.Commit("b");
        var outcome = ChangeOutcome.RolledBack("writesDenied", "no");
        state.RollBack(outcome);
        Assert.Equal(new RotationStatus("a", "a", RotationPhase.Settled, null, null, new LastChange("b", outcome)), Load("a").Status);
    }

    [Fact]
    public void State_ConfigurationChangedSince_TheConfigurationWinsForGood()
    {
        var state = Load("a");
        state.Commit("b");
        state.Settle();
        Assert.Equal("c", Load("c").Active);
        Assert.Contains(_log.Entries, e => e.Id == 2701 && e.Text.Contains("changed to c (from a): it wins over b", StringComparison.Ordinal));
        Assert.Equal("a", Load("a").Active);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"configured":"a","inForce":"b","previous":null,"last":null}""")]
    [InlineData("""{"version":1,"configured":"a","inForce":"b c","previous":null,"last":null}""")]
    [InlineData("""{"version":1,"configured":"a","inForce":null,"previous":null,"last":null}""")]
    [InlineData("""{"version":1,"configured":"a","inForce":"b","previous":"../x","last":null}""")]
    [InlineData("""{"version":1,"configured":"a","inForce":"b","previous":null,"last":{"roleAlias":"b","outcome":null}}""")]
    public void State_FileThatCannotBeUsed_IsSetAsideAndTheConfiguredAliasIsUsed(string content)
    {
        var path = _folder.Write(RoleAliasFile.FileName, content);
        Assert.Equal("a", Load("a").Active);
        Assert.Equal(content, File.ReadAllText(path + ".corrupt-1"));
        Assert.False(File.Exists(path));
        Assert.Equal(2702, Assert.Single(_fileLog.Entries).Id);
        Assert.Equal("a", Load("a").Active);
    }

    [Fact]
    public void State_EveryByteOfTheFileChangedOrCut_IsOneOfTheTwoAliasesOrSetAside()
    {
        Load("a").Commit("b");
        var path = _folder.File(RoleAliasFile.FileName);
        var sound = File.ReadAllBytes(path);
        for (var i = 0; i < sound.Length; i++)
        {
            var damaged = sound.ToArray();
            damaged[i] ^= 0x15;
            File.WriteAllBytes(path, damaged);
            Assert.True(DeviceAgent.Credentials.RoleAliasOptionsValidator.IsRoleAlias(Load("a").Active));
            File.WriteAllBytes(path, sound[..i]);
            Assert.Equal("a", Load("a").Active);
        }
    }

    [Fact]
    public void Commit_OnlyTheLastSyncFails_TheOldContentIsPutBack()
    {
        var writes = 0;
        var state = Load("a", (path, content) =>
        {
            DurableFile.Write(path, content);
            if (++writes == 1) throw new IOException("the folder cannot be flushed");
        });
        Assert.Throws<IOException>(() => state.Commit("b"));
        Assert.Equal("a", state.Active);
        Assert.Equal("a", Load("a").Active);
    }

    [Fact]
    public void State_FileThatCannotBeRead_IsNotOverwrittenAndCommitsAreRefused()
    {
        var before = Load("a");
        before.Commit("b");
        before.Settle();
        var path = _folder.File(RoleAliasFile.FileName);
        var content = File.ReadAllText(path);
        RoleAliasState state;
        using (TemporaryFolder.Unreadable(path)) state = Load("a");

        Assert.Equal("a", state.Active);
        Assert.Contains("not overwritten", Assert.Throws<IOException>(() => state.Commit("c")).Message, StringComparison.Ordinal);
        state.Reject("c", ChangeOutcome.Rejected("code", "no"));
        Assert.Equal(content, File.ReadAllText(path));
        Assert.Equal("b", Load("a").Active);
    }

    [Fact]
    public void File_Written_IsForItsOwnerOnly()
    {
        Load("a").Commit("b");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(RoleAliasFile.FileName)));
    }

    private RoleAliasState Load(string configured, WriteFile? write = null) =>
        new(configured, write is null ? new RoleAliasFile(_folder.Path, _fileLog) : new RoleAliasFile(_folder.Path, _fileLog, write), _log);
}
